/**
 * How long batches hold their row locks by default, in milliseconds. `beside`: other sessions write to the table, or may; short enough
 * that they do not notice. `alone`: none do; below the time after which a server checks for deadlocks (1 s).
 */
export const batchTargetMs = { beside: 15, alone: 500 } as const;

/** The default as text. */
export const batchTargetText = `${batchTargetMs.beside}, or ${batchTargetMs.alone} while no other session writes`;
