/**
 * How to open a database with an older schema: copy and upgrade it, upgrade it without a copy, or fail. A missing
 * database is created unless the mode is `never`.
 */
export type UpgradeMode = 'with-copy' | 'without-copy' | 'never';
