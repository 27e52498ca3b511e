/**
 * Functions of the time, the session or the user: stable within a statement, but not across statements. PostgreSQL reports volatile
 * functions itself.
 */
export const ofTheMoment: ReadonlySet<string> = new Set(
  `current_database current_query current_schema current_schemas current_setting getdatabaseencoding inet_client_addr
  inet_client_port inet_server_addr inet_server_port now pg_backend_pid pg_conf_load_time pg_current_snapshot
  pg_current_xact_id pg_current_xact_id_if_assigned pg_postmaster_start_time statement_timestamp transaction_timestamp
  txid_current txid_current_if_assigned txid_current_snapshot version`.split(/\s+/),
);

// Only names that neither citext nor hstore redefines, and that exist since PostgreSQL 12 (so not gen_random_uuid, which pgcrypto defined
// there).
export const plainFunctions: ReadonlySet<string> = new Set(
  `abs ascii btrim ceil ceiling char_length chr clock_timestamp concat concat_ws convert_from convert_to date_part
  date_trunc decode encode extract floor format initcap left length lower lpad ltrim make_date make_interval md5 mod
  now octet_length overlay power random repeat reverse right round rpad rtrim sha256 sign sqrt statement_timestamp
  substr substring timezone to_char to_date to_hex to_json to_jsonb to_number to_timestamp transaction_timestamp
  trunc upper`.split(/\s+/),
);
