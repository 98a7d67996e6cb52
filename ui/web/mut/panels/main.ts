/** Panels of synthetic views, to look at and to measure; no part of what is shipped. */
import { mount } from 'svelte'
import '../../src/app.css'
import Gallery from './Gallery.svelte'

mount(Gallery, { target: document.getElementById('page')! })
