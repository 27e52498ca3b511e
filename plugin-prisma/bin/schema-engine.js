#!/bin/sh
///usr/bin/env test -x "${LOCKSTEP_FOUND_ENGINE-}" && for lockstep_word; do case "$lockstep_word" in cli | --version) lockstep_engine=$LOCKSTEP_FOUND_ENGINE; export LOCKSTEP=off; unset LOCKSTEP_FOUND_ENGINE LOCKSTEP_NATIVE_SCHEMA_ENGINE; exec "$lockstep_engine" "$@" ;; esac; done; exec node "$0" "$@"
// The line above is a comment here, and for the shell all that it runs: the CLI's commands, such as the check of the connection, go to the
// native engine at once. To start Node for them takes longer than they do.
import module from "node:module";

// As in lockstep.js.
module.enableCompileCache?.();
await import("../dist/engine/main.js");
