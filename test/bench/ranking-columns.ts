/** What the models of the replayed apps have in common: the columns that they grow by, and what each is for. */
import type { Random } from "./code-models.js";

/** Who gets to see a column: callers, the people who run the app, or nothing but its code. */
export type Audience = "everyone" | "staff" | "nobody";

export interface Column {
  readonly name: string;
  readonly type: "string" | "int" | "decimal" | "boolean" | "enum" | "datetime";
  /** What belongs together in the mind of those who write the app. */
  readonly topic: string;
  readonly seenBy: Audience;
  /** Callers may give it a value. */
  readonly isSet: boolean;
  /** Points to another row. */
  readonly isKey: boolean;
  /** SQL that fills the rows that are there. */
  readonly fill: string;
}

/** Of each kind that real apps add: profile and contact fields, settings, money and quantities, states, bookkeeping, secrets, keys, times. */
const person = `
  name string identity everyone set
  email string identity everyone set
  status enum lifecycle everyone
  passwordHash string security nobody
  nickname string profile everyone set lower(name)
  bio string profile everyone set
  avatarUrl string profile everyone set
  websiteUrl string profile everyone set
  pronouns string profile everyone set
  displayName string profile everyone set coalesce(name,email)
  locale string settings everyone set
  timezone string settings everyone set
  theme enum settings everyone set
  emailFrequency enum settings everyone set
  newsletterConsent boolean settings staff set
  isListed boolean settings everyone set
  allowsMessages boolean settings everyone set
  phone string contact everyone set
  street string contact everyone set
  city string contact everyone set
  country string contact everyone set upper(status)
  postalCode string contact everyone set
  role enum access staff
  lastSeenAt datetime activity staff
  verifiedAt datetime lifecycle staff
  resetToken string security nobody
  planName enum billing everyone
  creditCents int billing staff
  discountRate decimal billing staff
  taxNumber string billing everyone set
  companyName string company everyone set
  jobTitle string company everyone set
  department string company everyone set
  utmSource string marketing nobody
  utmTerm string marketing nobody
  utmCampaign string marketing nobody
  referralCode string marketing everyone - lower(name)
  importBatch string bookkeeping nobody
  riskScore int bookkeeping nobody
  referrerId key marketing nobody
  teamId key access staff
  archivedAt datetime lifecycle nobody
`;

const thing = `
  title string text everyone set
  status enum lifecycle everyone
  priceCents int price everyone set
  slug string text everyone - lower(title)
  summary string text everyone set
  subtitle string text everyone set
  description string text everyone set
  currency string price everyone set
  costCents int price staff set
  discountCents int price everyone set
  stockCount int stock staff set
  reorderLevel int stock staff set
  minimumOrder int stock everyone set
  warehouseCode string stock staff set
  weightKilos decimal measure everyone set
  widthMm int measure everyone set
  heightMm int measure everyone set
  color enum look everyone set
  material string look everyone set
  imageUrl string media everyone set
  thumbnailUrl string media everyone - lower(title)
  videoUrl string media everyone set
  seoTitle string seo everyone set upper(title)
  seoDescription string seo everyone set
  visibility enum lifecycle everyone
  publishedAt datetime lifecycle everyone
  ratingCount int rating everyone
  ratingAverage decimal rating everyone
  supplierCode string supply staff set
  barcode string supply staff set
  externalNumber string bookkeeping nobody
  syncHash string bookkeeping nobody
  importBatch string bookkeeping nobody
  searchRank int bookkeeping nobody
  isFeatured boolean look everyone
  isFragile boolean measure everyone set
  ownerId key supply staff
`;

const fills: Readonly<Record<Column["type"], string>> = {
  string: "'none'",
  int: "0",
  decimal: "0",
  boolean: "false",
  enum: "'first'",
  datetime: "now()",
};

/** So many columns of a topic come one after another; then the app has other worries. */
const longestRun = 4;

/** The columns that a model starts with, then the others in the order in which this app got them. */
export function columnsOf(kind: "person" | "thing", random: Random): readonly Column[] {
  const columns = (kind === "person" ? person : thing).trim().split("\n").map(read);
  const first = kind === "person" ? 3 : 4;
  return [...columns.slice(0, first), ...shuffled(runsOf(columns.slice(first), random), random).flat()];
}

function runsOf(columns: readonly Column[], random: Random): readonly (readonly Column[])[] {
  const runs: Column[][] = [];
  for (const column of shuffled(columns, random)) {
    const run = runs.findLast(([first]) => first?.topic === column.topic);
    if (run !== undefined && run.length < longestRun) run.push(column);
    else runs.push([column]);
  }
  return runs;
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  return items
    .map((item) => ({ item, at: random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ item }) => item);
}

function read(line: string): Column {
  const [name = "", kind, topic = "", seenBy, set, fill] = line.trim().split(" ");
  const type = kind === "key" ? "string" : (kind as Column["type"]);
  return {
    name,
    type,
    topic,
    seenBy: seenBy as Audience,
    isSet: set === "set",
    isKey: kind === "key",
    fill: fill ?? fills[type],
  };
}
