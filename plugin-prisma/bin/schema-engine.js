#!/bin/sh
///usr/bin/env test -x "${LOCKSTEP_FOUND_ENGINE-}" && for lockstep_word; do case "$lockstep_word" in cli | --version) lockstep_engine=$LOCKSTEP_FOUND_ENGINE; export LOCKSTEP=off; unset LOCKSTEP_FOUND_ENGINE LOCKSTEP_NATIVE_SCHEMA_ENGINE; exec "$lockstep_engine" "$@" ;; esac; done; exec node "$0" "$@"
// For the shell, the line above is the whole program; for Node, it is a comment. The CLI's commands, such as the connection check, run in the
// native engine directly: starting Node takes longer than they do.
import module from "node:module";

// As in lockstep.js.
module.enableCompileCache?.();
await import("../dist/engine/main.js");
