#!/usr/bin/env node
import module from "node:module";

// From Node 22 on: what V8 compiled is kept for the next run, where `NODE_COMPILE_CACHE` says, else in the temporary folder.
module.enableCompileCache?.();
await import("../dist/bin.js");
