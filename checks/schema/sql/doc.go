// Package sql reads SQL text: each statement becomes changes to a catalogue, the
// description of a query, or what could not be read with the reason. One file per
// dialect and aspect; every position is exact to the byte.
package sql
