/** The common names, if PostgreSQL's own are longer. */
const short: Readonly<Record<string, string>> = {
  "character varying": "varchar",
  integer: "int",
  "timestamp without time zone": "timestamp",
  "timestamp with time zone": "timestamptz",
  "time without time zone": "time",
  "time with time zone": "timetz",
};

/** Types that TypeORM accepts under PostgreSQL's name. Without enums and domains, which need options of their own. */
const known = new Set(
  (
    "smallint,integer,bigint,numeric,real,double precision,money,character varying,character,text,citext,hstore,bytea,bit,bit varying," +
    "timestamp without time zone,timestamp with time zone,date,time without time zone,time with time zone,interval,boolean,point,line," +
    "lseg,box,path,polygon,circle,cidr,inet,macaddr,macaddr8,tsvector,tsquery,uuid,xml,json,jsonb,jsonpath,int4range,int8range," +
    "numrange,tsrange,tstzrange,daterange,cube,ltree"
  ).split(","),
);

/**
 * The types that TypeORM reflects on MySQL and MariaDB; PostgreSQL has none of these names. A `tinyint` in a decorator would be a number.
 */
const reflectedOnMysql: Readonly<Record<string, string>> = {
  varchar: "varchar",
  int: "int",
  tinyint: "boolean",
  datetime: "datetime",
};

/**
 * The type to write in a decorator, because TypeORM reflects a nullable property's type as an object.
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
