/** Further digits differ between pulls and mean nothing. */
export const rounded = (value: number): number => Number(value.toPrecision(4));
