/** Marks a file as a database of this service ("POSL"), so that no other program's data is ever migrated. */
export const sqliteApplicationId = 0x504f534c;
