import type { EngineHooks } from "./hooks.js";

/** Names of migrations, as JSON: `lockstep deploy` sets it for a run that must not apply them. */
export const withheldVariable = "LOCKSTEP_WITHHELD";

/**
 * Hooks that apply all migrations except some.
 *
 * @throws Error for a request of another shape: it would apply them all
 */
export function withholding(hooks: EngineHooks, withheld: readonly string[]): EngineHooks {
  if (withheld.length === 0) return hooks;
  return {
    ...hooks,
    async intercept(request, engine, info) {
      if (request.method !== "applyMigrations") return hooks.intercept(request, engine, info);
      const { migrationsList: list } = request.params ?? {};
      const directories: unknown = list?.migrationDirectories;
      if (!Array.isArray(directories) || directories.some(({ path }) => typeof path !== "string"))
        throw new Error(
          "applyMigrations does not list the migrations in the form that Lockstep knows: nothing was applied.",
        );
      const kept = directories.filter(({ path }) => !withheld.includes(path));
      const params = { ...request.params, migrationsList: { ...list, migrationDirectories: kept } };
      const answered = await hooks.intercept({ ...request, params }, engine, info);
      return answered ?? { result: await engine.call(request.method, params) };
    },
  };
}
