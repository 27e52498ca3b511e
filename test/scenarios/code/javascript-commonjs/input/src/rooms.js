const { prisma } = require('./db')

const toJson = (room) => ({
  id: room.id,
  name: room.name,
  building: room.building,
  seats: room.seats
})

async function createRoom (name, building, seats) {
  const room = await prisma.room.create({ data: { name, building, seats } })
  return toJson(room)
}

async function listRooms () {
  const rooms = await prisma.room.findMany({ orderBy: { name: 'asc' } })
  return rooms.map(toJson)
}

module.exports = { createRoom, listRooms }
