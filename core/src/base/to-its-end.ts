let unbroken = 0;

/** Work on a database that an interrupted command waits for: a migration that runs, or that databases of its own are dropped. */
export async function toItsEnd<T>(work: () => Promise<T>): Promise<T> {
  unbroken++;
  return work().finally(() => {
    unbroken--;
  });
}

/** Whether such work is going on. */
export const isUnbroken = () => unbroken > 0;
