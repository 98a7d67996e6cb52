package view

// The colours of Grafana's themes, as facts: its files name them.

// hues are the five shades of each named colour, from super-light to dark.
func hues(light bool) map[string]string {
	if light {
		return map[string]string{
			"red":    "#FF7383 #F2495C #E02F44 #C4162A #AD0317",
			"orange": "#FFB357 #FF9830 #FF780A #FA6400 #E55400",
			"yellow": "#FFEE52 #FADE2A #F2CC0C #E0B400 #CC9D00",
			"green":  "#96D98D #73BF69 #56A64B #37872D #19730E",
			"blue":   "#8AB8FF #5794F2 #3274D9 #1F60C4 #1250B0",
			"purple": "#CA95E5 #B877D9 #A352CC #8F3BB8 #7C2EA3",
		}
	}
	return map[string]string{
		"red":    "#FFA6B0 #FF7383 #F2495C #E02F44 #C4162A",
		"orange": "#FFCB7D #FFB357 #FF9830 #FF780A #FA6400",
		"yellow": "#FFF899 #FFEE52 #FADE2A #F2CC0C #E0B400",
		"green":  "#C8F2C2 #96D98D #73BF69 #56A64B #37872D",
		"blue":   "#C0D8FF #8AB8FF #5794F2 #3274D9 #1F60C4",
		"purple": "#DEB6F2 #CA95E5 #B877D9 #A352CC #8F3BB8",
	}
}

// classic is the palette by the number of a series, the same names in both themes.
const classic = "green semi-dark-yellow blue orange red purple dark-green dark-yellow dark-blue dark-orange dark-red dark-purple super-light-green super-light-yellow super-light-blue super-light-orange super-light-red super-light-purple #447EBC #C15C17 #890F02 #0A437C #6D1F62 #584477 #B7DBAB #F4D598 #70DBED #F9BA8F #F29191 #82B5D8 #E5A8E2 #AEA2E0 #629E51 #E5AC0E #64B0C8 #E0752D #BF1B00 #0A50A1 #962D82 #614D93 #9AC48A #F2C96D #65C5DB #F9934E #EA6460 #5195CE #D683CE #806EB7 #3F6833 #967302 #2F575E #99440A #58140C #052B51 #511749 #3F2B5B #E0F9D7 #FCEACA #CFFAFF #F9E2D2 #FCE2DE #BADFF4 #F9D9F9 #DEDAF7"

// schemes are the palettes and continuous scales of the dark theme.
func schemes() map[string]string {
	return map[string]string{
		"palette-classic-by-name":    "#73BF69 #F2CC0C #5794F2 #FF9830 #F2495C #B877D9 #37872D #E0B400 #FA6400 #C8F2C2 #FFF899 #C0D8FF #FFCB7D #FFA6B0 #DEB6F2 #447EBC #C15C17 #B7DBAB #F4D598 #70DBED #F9BA8F #F29191 #82B5D8 #E5A8E2 #AEA2E0 #629E51 #E5AC0E #64B0C8 #E0752D #9AC48A #F2C96D #65C5DB #F9934E #EA6460 #5195CE #D683CE #806EB7 #967302 #E0F9D7 #FCEACA #CFFAFF #F9E2D2 #FCE2DE #BADFF4 #F9D9F9 #DEDAF7",
		"palette-colorblind":         "#0072B2 #E69F00 #009E73 #CC79A7 #56B4E9 #D55E00 #F0E442 #FFFFFF",
		"palette-categorical-next":   "#D97E9B #FFC554 #41CD94 #64A6D8 #F79CFF #E78A5F #C9E1A6 #00CFE3 #9B93DF #FFB2BE #CEA82E #9CF2D6 #8FC3FF #CE84C1 #FFC39D #89C862 #41AEC7 #CDB9FF #EF8488 #E7DB98 #00D8BE #759EE6 #FFB1E1 #EE9941 #BAF2B8 #54D3FF #B78EE2 #FF645A #C0BD2F #8FFFF6 #B4C7FF #EB85B5 #FFD49F #58DB89 #46ABDE #EABCFF #FF8E6F #DEED9F #00DFE5 #959DF6",
		"palette-categorical-next-2": "#63B564 #DED188 #84B1FF #FFDBBC #FFA8AA #C986E6 #FFC4D4 #9BCB35 #D3EFFF #F8B4D2 #A6B924 #AFE8FF #FF97DA #AAA720 #81E3FB #F386E2 #FFE397 #84D6E1 #D784DF #FED283 #00D4DA #F2E7FF #F3C48A #00C9C0 #E4DAFF #FFAC74 #00BEA7 #D2CFFF #FF9767 #9DFFDF #BDC4FF #FE8260 #93F4C5 #A4BAFF #EA796E #9FE3B3 #74B6FF #FFD8DD #89E04D #3BAFFE",
		"palette-categorical-next-3": "#63B564 #88DDFE #CA94FF #FFD8D3 #CFCB00 #00BEB5 #C7D5FF #FF8DC4 #FFE5C7 #9FDCB0 #00BBFF #F0D0FF #FFA48B #9BAC32 #7CE6E9 #A3ABFF #FFDAE4 #E1C18A #1DC58A #B7DFFF #F38EFC #FFE7DD #BED997 #00C5D8 #DEDCFF #FFA4B3 #C79E00 #8BEBCC #7DBBFF #FFDCF8 #F5BB95 #7DC053 #9BEAFF #C5ADFF #EA777E #E0D287 #00CEB5 #D5E4FF #FFA1DC #E88E29",
		"continuous-viridis":         "#440154 #472d7b #3b528b #2c728e #21918c #28ae80 #5ec962 #addc30 #fde725",
		"continuous-magma":           "#000004 #1d1147 #51127c #832681 #b73779 #e75263 #fc8961 #fec488 #fcfdbf",
		"continuous-plasma":          "#0d0887 #4c02a1 #7e03a8 #aa2395 #cc4778 #e66c5c #f89540 #fdc527 #f0f921",
		"continuous-inferno":         "#000004 #210c4a #57106e #8a226a #bc3754 #e45a31 #f98e09 #f9cb35 #fcffa4",
		"continuous-cividis":         "#002051 #11366c #3c4d6e #62646f #7f7c75 #9a9478 #bbaf71 #e2cb5c #fdea45",
		"continuous-GrYlRd":          "#73BF69 #FADE2A #F2495C",
		"continuous-RdYlGr":          "#F2495C #FADE2A #73BF69",
		"continuous-BlYlRd":          "#1F60C4 #FFF899 #C4162A",
		"continuous-YlRd":            "#FFF899 #C4162A",
		"continuous-BlPu":            "#5794F2 #B877D9",
		"continuous-YlBl":            "#FFF899 #1F60C4",
		"continuous-blues":           "#181b1f #1F60C4",
		"continuous-reds":            "#181b1f #C4162A",
		"continuous-greens":          "#181b1f #37872D",
		"continuous-purples":         "#181b1f #8F3BB8",
	}
}

// lightSchemes are those that differ in the light theme.
func lightSchemes() map[string]string {
	return map[string]string{
		"palette-classic-by-name": "#56A64B #3274D9 #E02F44 #A352CC #19730E #1250B0 #E55400 #AD0317 #7C2EA3 #447EBC #C15C17 #890F02 #0A437C #6D1F62 #584477 #629E51 #E0752D #BF1B00 #0A50A1 #962D82 #614D93 #EA6460 #5195CE #806EB7 #3F6833 #967302 #2F575E #99440A #58140C #052B51 #511749 #3F2B5B",
		"palette-colorblind":      "#0072B2 #009E73 #CC79A7 #D55E00 #000000",
		"continuous-GrYlRd":       "#56A64B #F2CC0C #E02F44",
		"continuous-RdYlGr":       "#E02F44 #F2CC0C #56A64B",
		"continuous-BlYlRd":       "#1250B0 #FFEE52 #AD0317",
		"continuous-YlRd":         "#FFEE52 #AD0317",
		"continuous-BlPu":         "#3274D9 #A352CC",
		"continuous-YlBl":         "#FFEE52 #1250B0",
		"continuous-blues":        "#ffffff #1250B0",
		"continuous-reds":         "#ffffff #AD0317",
		"continuous-greens":       "#ffffff #19730E",
		"continuous-purples":      "#ffffff #7C2EA3",
	}
}
