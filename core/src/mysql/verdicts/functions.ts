import type { OperationOf } from "../../model/index.js";

/** Functions that change no table, at most a named lock, a variable or a session. */
const harmless: ReadonlySet<string> = new Set(
  `abs any_value ascii avg bin_to_uuid bit_count cast ceil ceiling char char_length character_length coalesce concat concat_ws
  connection_id convert count crc32 cume_dist curdate current_date current_time current_timestamp current_user curtime database date date_add
  date_format date_sub day dense_rank elt exists extract field find_in_set first_value floor format found_rows from_unixtime get_lock greatest group_concat hex
  hour if ifnull insert instr is_free_lock isnull lag last_insert_id last_value lcase lead least left length lower lpad ltrim max md5 min minute mod month
  name_const now nth_value ntile nullif octet_length percent_rank position power quote rand rank release_all_locks release_lock repeat replace reverse right round row_count
  row_number rpad rtrim schema second session_user sha1 sha2 sign sleep sqrt substr substring substring_index sum sysdate system_user
  time timestamp timestampadd timestampdiff trim truncate ucase unhex unix_timestamp upper user utc_date utc_timestamp uuid uuid_short
  uuid_to_bin values version year`.split(/\s+/),
);
/** Harmless families of functions. */
const families = /^(?:json|regexp|st|is_uuid|inet|inet6|bit|std|stddev|var)(?:_|$)/;

export function unknownFunctions({ functions }: OperationOf<"select">): readonly string[] {
  return functions.filter((name) => !harmless.has(name.toLowerCase()) && !families.test(name.toLowerCase()));
}
