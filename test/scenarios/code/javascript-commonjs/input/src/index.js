const express = require('express')
const { createRoom, listRooms } = require('./rooms')

const app = express.default()

app.get('/rooms', async (_request, response) => response.json(await listRooms()))
app.post('/rooms', async (request, response) => {
  const { name, building, seats } = request.body
  response.status(201).json(await createRoom(name, building, seats))
})

module.exports = app
