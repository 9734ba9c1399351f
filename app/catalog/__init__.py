"""The catalogue: what the shop sells.

Product   what is sold, with its options (such as 颜色) and pictures.
SKU       one choice of a product's options, with the price alone and the stock.

Stands on media. Deals over these products belong to group_buying.
"""
