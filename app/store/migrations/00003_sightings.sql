-- What tags were seen to stand for. What registries show to everybody belongs to no
-- installation.

-- +goose Up
CREATE TABLE sightings (
    registry TEXT NOT NULL, -- host
    image    TEXT NOT NULL, -- the repository in the registry
    tag      TEXT NOT NULL,
    digest   TEXT NOT NULL,
    first    BIGINT NOT NULL,
    last     BIGINT NOT NULL,
    PRIMARY KEY (registry, image, tag, digest)
);
CREATE INDEX sightings_last ON sightings (last);
