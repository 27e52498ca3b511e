const { DataSource } = require("typeorm");
const Town = require("./town.schema");

module.exports = new DataSource({ type: "postgres", entities: [Town] });
