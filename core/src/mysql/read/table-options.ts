import { type Cursor, notUnderstood } from "./cursor.js";

/** An option of a table: its words, and its value where that is a text. */
export interface TableOption {
  readonly what: string;
  readonly text?: string;
}

const options =
  `AUTOEXTEND_SIZE AUTO_INCREMENT AVG_ROW_LENGTH CHECKSUM COMPRESSION CONNECTION DELAY_KEY_WRITE ENCRYPTED ENCRYPTION
  ENCRYPTION_KEY_ID ENGINE ENGINE_ATTRIBUTE INSERT_METHOD KEY_BLOCK_SIZE MAX_ROWS MIN_ROWS PACK_KEYS PAGE_CHECKSUM PAGE_COMPRESSED
  PAGE_COMPRESSION_LEVEL PASSWORD ROW_FORMAT SECONDARY_ENGINE SECONDARY_ENGINE_ATTRIBUTE SEQUENCE STATS_AUTO_RECALC
  STATS_PERSISTENT STATS_SAMPLE_PAGES STORAGE TABLESPACE TRANSACTIONAL TYPE`.split(/\s+/);

/** One option, which has to take the table's default for a character set where it says so; undefined: none follows. */
export function readTableOption(cursor: Cursor): TableOption | undefined {
  const from = cursor.at;
  cursor.take("DEFAULT");
  if (cursor.take("CHARSET") || cursor.take("CHARACTER", "SET") || cursor.take("CHAR", "SET")) {
    takeValue(cursor);
    if (cursor.take("COLLATE")) takeValue(cursor);
    return { what: "CHARACTER SET" };
  }
  if (cursor.take("COLLATE")) {
    takeValue(cursor);
    return { what: "COLLATE" };
  }
  cursor.at = from;
  if (cursor.take("COMMENT")) {
    cursor.take("=");
    return { what: "COMMENT", text: cursor.string() };
  }
  if (cursor.take("UNION")) {
    cursor.take("=");
    cursor.group();
    return { what: "UNION" };
  }
  const place = cursor.take("DATA", "DIRECTORY") ? "DATA DIRECTORY" : undefined;
  const option = place ?? (cursor.take("INDEX", "DIRECTORY") ? "INDEX DIRECTORY" : cursor.one(...options));
  if (option === undefined) return undefined;
  takeValue(cursor);
  return { what: option };
}

function takeValue(cursor: Cursor): void {
  cursor.take("=");
  const { kind, text } = cursor.next();
  if (kind === "sign" && text !== "-") throw notUnderstood;
  if (text === "-") cursor.number();
}
