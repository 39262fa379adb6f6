/** Marks a file as a database of this service ("POSL"), so that a foreign database is never migrated. */
export const sqliteApplicationId = 0x504f534c;
