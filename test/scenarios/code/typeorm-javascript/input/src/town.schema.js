const { EntitySchema } = require("typeorm");

module.exports = new EntitySchema({
  name: "Town",
  columns: {
    id: { type: Number, primary: true, generated: true },
    name: { type: String },
    mayor: { type: String },
    people: { type: Number },
    county: { type: String },
  },
});
