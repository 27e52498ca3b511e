import { LockstepError } from "../../../base/errors.js";
import { resolveSettings } from "../../../config/settings.js";
import { type Check, ok, problem, warning } from "../../../dialect/check.js";

/** Variables that Lockstep reads. Their values may contain passwords, so only these are shown. */
const shown = ["LOCKSTEP", "LOCKSTEP_PRISMA_VERSION", "CI"] as const;

export default {
  id: "settings",
  title: "settings and their sources",
  on: "project",
  async run({ config, configFile, configError, env }) {
    const findings = [];
    if (configError !== undefined)
      findings.push({
        ...problem(configError.message, {
          why: "Every command fails until Lockstep can read it. The checks below use the defaults.",
          next: configError instanceof LockstepError ? configError.hint : `correct ${configFile ?? "the file"}`,
        }),
        ...(configFile !== undefined && { file: configFile }),
      });
    if (env.LOCKSTEP === "off")
      findings.push(
        warning("LOCKSTEP=off is set in this shell", {
          why: "Lockstep leaves every migration unchanged, even an unsafe one.",
          next: "unset LOCKSTEP",
        }),
      );
    return [
      ...findings,
      ...resolveSettings(config).map(({ name, value, origin }) =>
        ok(`${name} = ${value} (${origin === "file" ? configFile : origin})`),
      ),
      ...shown.flatMap((name) => (env[name] ? [ok(`${name}=${env[name]} (env)`)] : [])),
    ];
  },
} satisfies Check;
