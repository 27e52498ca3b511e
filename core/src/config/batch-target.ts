/**
 * How long batches hold their row locks where nobody says, in milliseconds: while others write to the table, or may, no longer than its
 * writers notice; while nobody does as long as it pays, and below the time after which a server looks for deadlocks (1 s).
 */
export const batchTargetMs = { beside: 15, alone: 500 } as const;

/** The same in words, as a default is told. */
export const batchTargetText = `${batchTargetMs.beside}, and ${batchTargetMs.alone} while nobody else writes to the table`;
