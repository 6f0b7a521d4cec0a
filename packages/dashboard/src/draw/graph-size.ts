/** Apart from the layout, which is loaded when it is wanted. */
export const NODE_WIDTH = 114;
export const NODE_HEIGHT = 26;
