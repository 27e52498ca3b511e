// Loaded first into a command that reads pipes: to its prompts they are a terminal.
for (const stream of [process.stdin, process.stdout]) stream.isTTY = true;
process.stdin.setRawMode = () => process.stdin;
Object.assign(process.stdout, { columns: 120, rows: 40 });
