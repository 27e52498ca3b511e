/** Digits beyond these differ from one pull to the next, and say nothing. */
export const rounded = (value: number): number => Number(value.toPrecision(4));
