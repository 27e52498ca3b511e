#!/usr/bin/env node
import module from "node:module";

// As in lockstep.js.
module.enableCompileCache?.();
await import("../dist/engine/main.js");
