export const contactSchemas = {
  body: {
    type: "object",
    required: ["name", "email"],
    properties: {
      name: { type: "string" },
      email: { type: "string" },
      city: { type: ["string", "null"] },
    },
  },
  response: {
    200: {
      type: "object",
      required: ["id", "name", "email"],
      properties: {
        id: { type: "integer" },
        name: { type: "string" },
        email: { type: "string" },
        city: { type: ["string", "null"] },
      },
    },
  },
};
