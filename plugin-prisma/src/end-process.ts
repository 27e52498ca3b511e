/** Ends the process once everything is written: open handles (a socket, stdin, a pool of the user's own code) must not keep it alive. */
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
