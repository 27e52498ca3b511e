import { createColors } from "picocolors";

/** Colours texts for a terminal, or returns them unchanged. */
export type Colors = ReturnType<typeof createColors>;

/** Colours on or off; the caller decides by TTY, NO_COLOR and FORCE_COLOR. */
export function colorsFor(enabled: boolean): Colors {
  return createColors(enabled);
}
