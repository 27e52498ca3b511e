import { quoteIdentifier } from "../quote.js";
import type { Copy, CopyTool } from "./tool.js";

/** pt-online-schema-change of Percona Toolkit: triggers keep the copy in sync. */
export const ptOsc: CopyTool = {
  id: "pt-osc",
  program: "pt-online-schema-change",
  install: "apt-get install percona-toolkit, or https://docs.percona.com/percona-toolkit/installation.html",
  takes: { triggers: true, foreignKeys: "renamed", needsRowLog: false },

  files: (copy) => ({ "lockstep.pm": plugin(copy) }),

  arguments(copy, files, isDryRun) {
    const { database, table, server, maxLagSeconds, chunkMs } = copy;
    const place = server.socket === undefined ? `h=${server.host},P=${server.port}` : `S=${server.socket}`;
    return [
      isDryRun ? "--dry-run" : "--execute",
      "--alter",
      copy.alter,
      "--chunk-time",
      String(chunkMs / 1000),
      "--max-lag",
      String(maxLagSeconds),
      "--check-interval",
      "1",
      "--recursion-method",
      copy.replicasBy.join(",") || "none",
      // Other statements queue behind a lock that it waits for.
      "--set-vars",
      "lock_wait_timeout=1,innodb_lock_wait_timeout=1",
      "--tries",
      ["create_triggers", "drop_triggers", "swap_tables", "update_foreign_keys"]
        .map((each) => `${each}:60:1`)
        .join(","),
      "--progress",
      "time,1",
      "--no-version-check",
      "--plugin",
      files.path("lockstep.pm"),
      ...(copy.hasTriggers ? ["--preserve-triggers"] : []),
      ...(copy.isReferenced ? ["--alter-foreign-keys-method", "rebuild_constraints"] : []),
      `F=${files.credentials},${place},D=${database},t=${table},A=utf8mb4`,
    ];
  },

  /** `` Copying `shop`.`order`:  12% 01:05 remain `` */
  progress(line) {
    const [, percent, clock] = /^Copying .*:\s+(\d+)% (\S+) remain$/.exec(line) ?? [];
    if (percent === undefined || clock === undefined) return undefined;
    const seconds = clock.split(/[:+]/).reduceRight(
      ({ sum, unit, at }, part) => ({
        sum: sum + Number(part) * unit,
        unit: unit * (at === 2 ? 24 : 60),
        at: at + 1,
      }),
      { sum: 0, unit: 1, at: 0 },
    ).sum;
    return { fraction: Number(percent) / 100, etaMs: seconds * 1000 };
  },

  former: (table) => `_${table}_old`,

  leftovers({ database, table }) {
    const prefix = `pt_osc_${database}_${table}`.replace(/\W/g, "_").slice(0, 60);
    return {
      triggers: ["ins", "upd", "del"].map((event) => ({ schema: database, name: `${prefix}_${event}` })),
      tables: [{ schema: database, name: `_${table}_new` }],
    };
  },
};

/**
 * The tool copies with INSERT IGNORE: it truncates a value that does not fit with a warning, and skips a row that a unique key rejects
 * without one. This plugin turns the warning into an error, and only lets the tables swap if both have the same number of rows. The
 * triggers run in the writers' transactions, so in one snapshot no row may be missing.
 */
function plugin({ database, table }: Copy): string {
  const name = (each: string) => `${quoteIdentifier(database)}.${quoteIdentifier(each)}`;
  return `package pt_online_schema_change_plugin;
use strict;
use warnings;

sub new {
   my ($class, %args) = @_;
   $SIG{__WARN__} = sub {
      die $_[0] if $_[0] =~ m/^Copying rows caused a MySQL error/;
      print STDERR $_[0];
   };
   return bless { cxn => $args{cxn}, execute => $args{execute} }, $class;
}

sub before_swap_tables {
   my ($self) = @_;
   return unless $self->{execute};
   my $dbh = $self->{cxn}->dbh();
   $dbh->do('SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ');
   $dbh->do('START TRANSACTION WITH CONSISTENT SNAPSHOT');
   my ($old) = $dbh->selectrow_array(${perlText(`SELECT COUNT(*) FROM ${name(table)}`)});
   my ($new) = $dbh->selectrow_array(${perlText(`SELECT COUNT(*) FROM ${name(`_${table}_new`)}`)});
   $dbh->do('COMMIT');
   die "Lockstep: the table has $old rows and its copy $new: the change refuses some of them. Nothing is swapped.\\n" if $old != $new;
   return;
}

1;
`;
}

function perlText(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}
