import { layout, type Shape } from './layout'

self.onmessage = (message: MessageEvent<Shape>) => self.postMessage(layout(message.data))
