import { place, type Shape } from './place'

self.onmessage = (message: MessageEvent<Shape>) => self.postMessage(place(message.data))
