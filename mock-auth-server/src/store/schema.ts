/** Times are milliseconds since 1970 in UTC. Tokens and codes are stored only as SHA-256. */
export const schema = `
CREATE TABLE organizations (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL
) STRICT;
CREATE TABLE licenses (
  id TEXT PRIMARY KEY,
  organization_id TEXT NOT NULL REFERENCES organizations (id),
  name TEXT NOT NULL,
  count INTEGER NOT NULL CHECK (count >= 0),
  expires_on INTEGER,
  features TEXT NOT NULL,
  is_active INTEGER NOT NULL CHECK (is_active IN (0, 1))
) STRICT;
CREATE INDEX licenses_of_organization ON licenses (organization_id);
CREATE TABLE devices (
  id TEXT PRIMARY KEY,
  organization_id TEXT NOT NULL REFERENCES organizations (id),
  name TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('server', 'register')),
  license_id TEXT NOT NULL REFERENCES licenses (id),
  hub_id TEXT REFERENCES devices (id),
  url TEXT
) STRICT;
CREATE INDEX devices_of_organization ON devices (organization_id);
CREATE INDEX devices_of_license ON devices (license_id);
-- The id is the index in the Token Status List: AUTOINCREMENT never reuses an id.
CREATE TABLE grants (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  device_id TEXT NOT NULL REFERENCES devices (id),
  client_id TEXT NOT NULL,
  dpop_jkt TEXT,
  seat_since INTEGER NOT NULL,
  authorized_at INTEGER NOT NULL,
  family_killed_at INTEGER,
  ended_at INTEGER,
  end_reason TEXT
) STRICT;
CREATE UNIQUE INDEX live_grant_of_device ON grants (device_id) WHERE ended_at IS NULL;
CREATE TABLE device_codes (
  device_code_hash BLOB PRIMARY KEY,
  user_code_hash BLOB NOT NULL UNIQUE,
  client_id TEXT NOT NULL,
  dpop_jkt TEXT,
  state TEXT NOT NULL CHECK (state IN ('pending', 'approved', 'denied', 'used')),
  grant_id INTEGER REFERENCES grants (id),
  interval_seconds INTEGER NOT NULL,
  last_polled_at INTEGER,
  expires_at INTEGER NOT NULL,
  device_name TEXT
) STRICT;
CREATE INDEX device_codes_by_end ON device_codes (expires_at);
CREATE TABLE refresh_tokens (
  hash BLOB PRIMARY KEY,
  grant_id INTEGER NOT NULL REFERENCES grants (id),
  predecessor_hash BLOB,
  issued_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER,
  rotated_at INTEGER
) STRICT;
CREATE INDEX refresh_tokens_of_predecessor ON refresh_tokens (predecessor_hash);
CREATE TABLE dpop_proofs (
  hash BLOB PRIMARY KEY,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX dpop_proofs_by_end ON dpop_proofs (expires_at);
CREATE TABLE sessions (
  id_hash BLOB PRIMARY KEY,
  csrf_token TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  last_seen_at INTEGER NOT NULL
) STRICT;
CREATE TABLE signing_keys (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  kid TEXT NOT NULL UNIQUE,
  alg TEXT NOT NULL,
  private_key TEXT NOT NULL
) STRICT;
CREATE TABLE secrets (
  name TEXT PRIMARY KEY,
  value BLOB NOT NULL
) STRICT;
`;

/** The statements that bring a database of an earlier version to the next one, the first for version 1. */
export const upgrades: readonly string[] = ['ALTER TABLE device_codes ADD COLUMN device_name TEXT'];
