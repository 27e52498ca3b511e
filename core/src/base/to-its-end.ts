let unbroken = 0;

/** Work on a database that an interrupted command waits for: a running migration, or dropping databases of its own. */
export async function toItsEnd<T>(work: () => Promise<T>): Promise<T> {
  unbroken++;
  return work().finally(() => {
    unbroken--;
  });
}

/** Whether such work is in progress. */
export const isUnbroken = () => unbroken > 0;
