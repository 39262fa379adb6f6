import { open } from 'node:fs/promises';

/** Appends to a file and waits until all of it is on the disk, while the service keeps working. */
export async function syncFile(path: string, appended = ''): Promise<void> {
  const file = await open(path, 'a');
  try {
    await file.appendFile(appended);
    await file.sync();
  } finally {
    await file.close();
  }
}
