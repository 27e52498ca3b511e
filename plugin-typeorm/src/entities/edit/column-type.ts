/** The names that people write, where PostgreSQL's own are longer. */
const short: Readonly<Record<string, string>> = {
  "character varying": "varchar",
  integer: "int",
  "timestamp without time zone": "timestamp",
  "timestamp with time zone": "timestamptz",
  "time without time zone": "time",
  "time with time zone": "timetz",
};

/** Types that TypeORM takes by PostgreSQL's name. Enums and domains are not among them: they need options of their own. */
const known = new Set(
  (
    "smallint,integer,bigint,numeric,real,double precision,money,character varying,character,text,citext,hstore,bytea,bit,bit varying," +
    "timestamp without time zone,timestamp with time zone,date,time without time zone,time with time zone,interval,boolean,point,line," +
    "lseg,box,path,polygon,circle,cidr,inet,macaddr,macaddr8,tsvector,tsquery,uuid,xml,json,jsonb,jsonpath,int4range,int8range," +
    "numrange,tsrange,tstzrange,daterange,cube,ltree"
  ).split(","),
);

/**
 * What TypeORM makes of the types that it reflects on MySQL and MariaDB; none of these is a name of PostgreSQL's. A `tinyint` in a
 * decorator would be a number.
 */
const reflectedOnMysql: Readonly<Record<string, string>> = {
  varchar: "varchar",
  int: "int",
  tinyint: "boolean",
  datetime: "datetime",
};

/**
 * What a decorator says so that TypeORM need not reflect the property's type, which it takes for an object as soon as it may be null.
 *
 * @param databaseType as `format_type` prints it; length and dimensions have options of their own
 * @example columnType("character varying(64)") // "varchar", as for "varchar(64)"
 */
export function columnType(databaseType: string): string | undefined {
  const name = databaseType
    .replace(/\(.*?\)/, "")
    .replace(/(?:\[\])+$/, "")
    .trim();
  return reflectedOnMysql[name] ?? (known.has(name) ? (short[name] ?? name) : undefined);
}
