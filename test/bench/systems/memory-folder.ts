import { statfs } from "node:fs/promises";

/** Of Linux: its files are in memory. */
const folder = "/dev/shm";

/** @returns a folder whose files lie in memory, undefined where there is none that takes so many bytes */
export async function memoryFolder(bytes: number): Promise<string | undefined> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize >= bytes ? folder : undefined;
  } catch {
    return undefined;
  }
}
