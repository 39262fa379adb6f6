/**
 * What becomes of a database at an older schema: it is copied beside its file and then upgraded, upgraded at once, or
 * refused. One that is not there is created, unless the mode is `never`.
 */
export type UpgradeMode = 'with-copy' | 'without-copy' | 'never';
