// A websocket that connects again by itself.
export { default, default as ReconnectingWebSocket, default as WebSocket } from "partysocket/ws";
