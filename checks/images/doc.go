// Package images finds image references that move: what is deployed must be what
// was reviewed. It was born from a service that was re-created from its template
// and fell back to latest (CloudCannon, 2022-05-18).
package images
