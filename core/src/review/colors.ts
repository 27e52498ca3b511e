import { createColors } from "picocolors";

/** Colours texts for a terminal, or returns them unchanged. `width`: the terminal's columns; undefined without a terminal. */
export type Colors = ReturnType<typeof createColors> & { readonly width?: number | undefined };

/** Colours on or off; the caller decides by TTY, NO_COLOR and FORCE_COLOR. */
export function colorsFor(enabled: boolean, width?: number): Colors {
  return { ...createColors(enabled), width };
}
