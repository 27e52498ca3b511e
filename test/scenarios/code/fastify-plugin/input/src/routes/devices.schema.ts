export const deviceResponse = {
  type: "object",
  required: ["id", "serial", "vendor", "firmware"],
  properties: {
    id: { type: "string" },
    serial: { type: "string" },
    vendor: { type: "string" },
    firmware: { type: "string" },
  },
} as const;

export const deviceBody = {
  type: "object",
  required: ["serial", "vendor", "firmware"],
  properties: {
    serial: { type: "string" },
    vendor: { type: "string" },
    firmware: { type: "string" },
  },
  additionalProperties: false,
} as const;
