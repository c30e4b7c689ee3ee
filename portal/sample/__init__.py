"""The sample world of demos and training: invented people and companies, and what agencies say of them."""
