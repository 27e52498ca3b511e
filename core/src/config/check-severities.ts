/** `error`: the command fails. `warning`: it is told. `off`: it is not. */
export const severities = ["error", "warning", "off"] as const;
export type Severity = (typeof severities)[number];
