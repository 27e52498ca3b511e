const dataSource = require("./data-source");

const towns = () => dataSource.getRepository("Town");

exports.found = async (name, mayor) => towns().save({ name, mayor, people: 1 });
exports.list = async () => {
  const rows = await towns().find();
  return rows.map((town) => ({ id: town.id, name: town.name, mayor: town.mayor, people: town.people }));
};
