/** The oldest server that migrations run on: its system, then its version, up to the patch level: `15`, `mysql:8.0.29`, `mariadb:11.4`. */
export const serverText = /^(?:(postgres(?:ql)?|mysql|mariadb):)?((?:[89]|[1-9]\d)(?:\.\d{1,2}){0,2})(?:\.\d+)*$/;

/** `error`: the command fails. `warning`: it is only reported. `off`: it is not reported. */
export const severities = ["error", "warning", "off"] as const;
export type Severity = (typeof severities)[number];
