/** Ends the process once everything is written: what is still open (a socket that does not close, stdin, a pool of the user's own code) must not keep it. */
export async function endProcess(): Promise<never> {
  await flush(process.stdout);
  await flush(process.stderr);
  process.exit();
}

function flush(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed || stream.writableEnded) resolve();
    else stream.write("", () => resolve());
  });
}
