import { relative } from "node:path";
import { type Check, ok, problem } from "@lockstep/core/doctor";
import { findNative } from "../engine/find-native.js";
import { wasmEngineVersion } from "../engine/wasm-module.js";
import type { FoundProject } from "../init/project.js";
import { isOfOtherEngine } from "../schema/dialect.js";

export default {
  id: "engine",
  title: "schema engine behind the proxy",
  on: "project",
  async run({ project, env }) {
    const native = findNative(project.root, env);
    if (native !== undefined) return [ok(`native: ${relative(project.root, native)}`)];
    const { provider } = project as FoundProject;
    if (isOfOtherEngine(provider))
      return [
        problem(`the provider is ${provider}, and no native engine is installed`, {
          why: "The WebAssembly build is connected to PostgreSQL only.",
          next: "LOCKSTEP=off npx prisma version   (downloads Prisma's engines), or name the engine in PRISMA_SCHEMA_ENGINE_BINARY",
        }),
      ];
    return [ok(`WebAssembly, @prisma/schema-engine-wasm ${wasmEngineVersion()}: no native engine is installed`)];
  },
} satisfies Check;
