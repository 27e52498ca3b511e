/** The oldest server that migrations run on, the major version alone or after its system: `15`, `mariadb:11.4`. */
export const serverText = /^(?:(postgres(?:ql)?|mysql|mariadb):)?([89]|[1-9]\d)(?:\.(\d{1,2}))?(?:\.\d+)*$/;

/** `error`: the command fails. `warning`: it is only reported. `off`: it is not reported. */
export const severities = ["error", "warning", "off"] as const;
export type Severity = (typeof severities)[number];
